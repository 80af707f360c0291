"""deploy/compose.yaml as far as it can be checked where there are no containers."""

import ipaddress
import json
import os
import pathlib
import re
import subprocess

import yaml

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
OUTSIDE = {"PUBLIC_URL": "http://localhost:8080", "DATABASE_PASSWORD": "d", "BLOBS_SECRET": "b"}
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def almanacs():
    return {name: service for name, service in COMPOSE["services"].items() if "build" in service}


def filled_in(value):
    """The value with what comes from outside."""
    return re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: OUTSIDE[found[1]], value)


def test_every_setting_in_it_is_one(tmp_path):
    for name, service in almanacs().items():
        settings = {key: filled_in(str(value)) for key, value in service["environment"].items()}
        ours = [key for key in settings if key.startswith("ALMANAC_")]
        assert ours, name
        # Nobody listens there: what is said is about the database, not about a setting.
        settings["ALMANAC_DATABASES__ALMANAC__URL"] = "postgres://almanac@127.0.0.1:1/almanac"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("ALMANAC_")} | settings
        command = [os.environ["ALMANAC_PROGRAM"], "migrate", "status", "--data-dir", tmp_path]
        result = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
        assert result.stderr.startswith("almanac: database:"), result.stderr
        environment["ALMANAC_BLOBS__QUOTE_BYTES"] = "1"
        result = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
        assert "found `blobs.quote_bytes`" in result.stderr, "so that a misspelt one would have been seen"


def test_what_it_mounts_and_changes_is_there():
    for name, service in COMPOSE["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / source).is_file(), f"{name}: {source}"
            else:
                assert source in COMPOSE["volumes"], f"{name}: {source}"
        for other in service.get("depends_on", {}):
            assert other in COMPOSE["services"], f"{name}: {other}"
    # The proxy's file is used as it is but for one line.
    command = " ".join(COMPOSE["services"]["nginx"]["command"])
    old = re.search(r"s/([^/]+)/", command)[1]
    assert (DEPLOY / "nginx.conf").read_text().count(old.replace("\\", "")) == 1


def test_the_servers_know_the_proxy_by_its_address():
    address = COMPOSE["services"]["nginx"]["networks"]["default"]["ipv4_address"]
    subnet = COMPOSE["networks"]["default"]["ipam"]["config"][0]["subnet"]
    assert ipaddress.ip_address(address) in ipaddress.ip_network(subnet)
    for service in almanacs().values():
        assert json.loads(service["environment"]["ALMANAC_CLIENTS__TRUSTED_PROXIES"]) == [address]


def test_the_servers_share_database_and_bucket_and_no_secret_stands_in_it():
    assert sum(service.get("deploy", {}).get("replicas", 1) for service in almanacs().values()) >= 2
    for service in almanacs().values():
        assert service["environment"]["ALMANAC_BLOBS__URL"].startswith("s3://")
        assert service["environment"]["ALMANAC_DATABASES__ALMANAC__URL"].startswith("postgres://")
        assert "${DATABASE_PASSWORD:?" in service["environment"]["ALMANAC_DATABASES__ALMANAC__URL"]
    for name, service in COMPOSE["services"].items():
        for key, value in service.get("environment", {}).items():
            if "PASSWORD" in key or "SECRET" in key:
                assert value.startswith("${") and value.endswith("}"), f"{name}: {key}: expected it to come from outside"
