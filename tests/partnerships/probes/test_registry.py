import pytest

from partnerships.probes.registry import UnknownProbeError, get_probe, list_kinds, list_probes


def test_the_kinds_are_found_by_discovery_and_offered_with_their_labels():
    assert list(list_probes()) == [
        "aws_health",
        "google_cloud",
        "heartbeat",
        "http",
        "slack_status",
        "statuspage",
        "syndication",
        "tcp",
        "tls",
    ]
    assert [kind for kind, label in list_kinds() if label] == list(list_probes())


def test_helpers_in_the_package_are_no_kinds():
    assert {type(probe).__name__ for probe in list_probes().values()} == {
        "AwsHealthProbe",
        "GoogleCloudProbe",
        "HeartbeatKind",
        "HttpProbe",
        "SlackStatusProbe",
        "StatuspageProbe",
        "SyndicationProbe",
        "TcpProbe",
        "TlsProbe",
    }


def test_an_unknown_kind_is_an_error():
    with pytest.raises(UnknownProbeError):
        get_probe("carrier_pigeon")
