"""Who may see how the shop does: machines in the networks, or with the token, of the settings."""

import hmac
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from flask import Flask, current_app, request

from webapp.errors import SettingInvalid

PASSED_ON = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via")  # what proxies add
Network = IPv4Network | IPv6Network


def init_app(app: Flask) -> None:
    """Read the networks. Raises `SettingInvalid` where one is none."""
    networks_in(app.config["METRICS_NETWORKS"])


def networks_in(named: str) -> list[Network]:
    """Return the networks of a list with commas between them. Raises `SettingInvalid`."""
    try:
        return [ip_network(one.strip()) for one in named.split(",") if one.strip()]
    except ValueError:
        expected = "networks like 10.0.0.0/8, with commas between them"
        raise SettingInvalid(name="METRICS_NETWORKS", value=named, expected=expected) from None


def is_inside() -> bool:
    """Return whether the asker may see it: with the token where one is set, else by network."""
    token = current_app.config["METRICS_TOKEN"]
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    # Through a proxy that the settings don't know of, everybody seems to be next door.
    if not current_app.config["PROXY_HOPS"] and any(name in request.headers for name in PASSED_ON):
        return False
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(
        address in network for network in networks_in(current_app.config["METRICS_NETWORKS"])
    )
