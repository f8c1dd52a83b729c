"""Server-side SVG: numbers in, markup out. Pure functions that know neither Django nor the apps.

Every function returns `primitives.Markup`, a `str` that templates show as it is; texts are escaped. Every image takes
`primitives.Caption(id, title, description)` whose `id` must be unique on its page. Values are floats, None is a gap.
Statistics are arguments: `limits` is anything with centre, lower and upper.

primitives  Markup, Caption, figure(heading, note, drawing, size="m" | "l" | "x", after=""), svg, pair, and the shapes
state       state(tone, label), shape(tone), variation(kind), assurance(kind)
            tones: good, watch, bad, none, done, maint, open
table       details(caption, head, rows): the table behind a chart, for figure's `after`; Markup in it stays as it is
axis        value_axis, thin, spread, clip, decimate: round steps and labels that do not collide
spark       spark(values, caption, limits=, path=, marks=[Mark(index, tone, up)], size=(252, 58))
control     control(ControlData(values, ticks, phases, path, goal, partial, marks, breaks, flags, ranges, fan), caption)
six_twelve  six_twelve((Panel(title, labels, values, path, prior), Panel(…)), caption), small_six_twelve(…) for lists
day_strip   day_strip(states, caption), interval_strip([Span(start, end, state)], caption), state_key(), worst(states)
raster      raster([Stretch(day, start, end, state)], caption, days=90, labels=[(day, words)])
bars        bars([Bar(label, value)], caption), histogram(counts, caption, bin_width=, marks=[ValueMark(…)], unit=),
            share_bar(share, cls="f-mid", width=72, ticks=())
budget      budget(Remaining(left, total, labels, now_label), caption): what is left of an error budget by step
lanes       lanes([Lane(name, short, [Stay(start, end, state, words)])], caption, ticks=, gap=Gap(start, end, words))
due_dots    due_dots([DotRow(name, [(hours from now, tone)])], caption, hours=(−2, 8)), dots_key([(tone, label)])
cover_strip cover_strip([CoverDay(name, [CoverHour(hour, there, needed, is_lacking)], words)], caption, hours=(8, 20))
latency     latency(Latency(p50, p95, labels, promise, promise_label), caption)

Sizes of figure follow the drawings' wide width: 1000 → "x", 640 → "l", 480 → "m".
Templates: `{% load fieldlight %}{% state tone label %}{% shape tone %}`.
"""
