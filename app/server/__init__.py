"""The server: sockets, how a request is read and how long that may take, and how a process ends.

Here: what is decided before anybody knows what a request is about. Not here: who may ask what.
"""

from app.server.connections import Room
from app.server.process import GRACE_SECONDS, CannotListen, Server, say

__all__ = ["GRACE_SECONDS", "CannotListen", "Room", "Server", "say"]
