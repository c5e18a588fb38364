"""Ways to reach an official, found and changed by their address."""

from sqlmodel import Session, select

from models import Channel


def channel_at(session: Session, address: str) -> Channel:
    """The one channel that leads to an address."""
    [found] = [channel for channel in session.exec(select(Channel)) if channel.address == address]
    return found


def lead_to(channel: Channel, kind: str, address: str) -> None:
    """The channel is of another kind and leads elsewhere from now on."""
    channel.kind = kind
    channel.official.addresses = {**channel.official.addresses, str(channel.place): address}
