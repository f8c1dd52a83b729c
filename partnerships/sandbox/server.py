"""The sandbox's HTTP side: any partner, any integration."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from aiohttp import web

from partnerships.sandbox.feeds import slack_current, statuspage_summary
from partnerships.sandbox.timetable import Timetable, Trouble

SLOW_SECONDS = 1.4
HANGING_SECONDS = 20.0

TIMETABLE = web.AppKey("timetable", Timetable)
CLOCK: web.AppKey[Callable[[], float]] = web.AppKey("clock")


def make_app(*, seed: int = 1, clock: Callable[[], float] = time.time) -> web.Application:
    """The application; `/{partner}/{anything}` is an endpoint, and both kinds of status page are served."""
    app = web.Application()
    app[TIMETABLE] = Timetable(seed)
    app[CLOCK] = clock
    app.router.add_get("/", _index)
    app.router.add_get("/{partner}/api/v2/summary.json", _statuspage)
    app.router.add_get("/{partner}/api/v2.0.0/current", _slack)
    app.router.add_get("/{partner}/{integration:.+}", _endpoint)
    return app


async def _index(request: web.Request) -> web.Response:
    del request
    return web.json_response({"sandbox": "plays the partners of a demo", "status": "ok"})


async def _statuspage(request: web.Request) -> web.Response:
    partner, now = request.match_info["partner"], request.app[CLOCK]()
    table = request.app[TIMETABLE]
    return web.json_response(
        statuspage_summary(partner, has_incident=table.admits(partner, now), began_at=table.began_at(now), now=now)
    )


async def _slack(request: web.Request) -> web.Response:
    partner, now = request.match_info["partner"], request.app[CLOCK]()
    table = request.app[TIMETABLE]
    return web.json_response(
        slack_current(partner, has_incident=table.admits(partner, now), began_at=table.began_at(now), now=now)
    )


async def _endpoint(request: web.Request) -> web.StreamResponse:
    partner, integration = request.match_info["partner"], request.match_info["integration"]
    trouble = request.app[TIMETABLE].trouble(partner, integration, request.app[CLOCK]())
    if trouble in (Trouble.SLOW, Trouble.HANGING):
        await asyncio.sleep(SLOW_SECONDS if trouble == Trouble.SLOW else HANGING_SECONDS)
    return _answer(trouble)


def _answer(trouble: Trouble) -> web.Response:
    quota = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4321"}
    if trouble == Trouble.LIMITED:
        return web.json_response({"error": "rate limited"}, status=429, headers={"Retry-After": "30"})
    if trouble == Trouble.ERROR:
        return web.json_response({"error": "internal error"}, status=500)
    if trouble == Trouble.UNAVAILABLE:
        return web.json_response({"error": "service unavailable"}, status=503, headers={"Retry-After": "60"})
    status = "error" if trouble == Trouble.WRONG else "ok"
    return web.json_response({"status": status, "data": {"gid": "1200"}}, headers=quota)
