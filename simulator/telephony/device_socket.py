"""A softphone's websocket: `/_sim/device`. First `hello` with the hub's token, then calls."""

from collections.abc import Callable
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from simulator.telephony.clock import Timer
from simulator.telephony.devices import Device
from simulator.telephony.exchange import Exchange
from simulator.telephony.tokens import BadToken, Grant, read_token

WARNING = 10.0  # seconds before its end that a softphone is told that its token expires
MAX_MESSAGE = 16 * 1024
MAX_SPEECH = 1000  # characters said at once


class DeviceSocket:
    """One connection."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.socket = web.WebSocketResponse(heartbeat=30, max_msg_size=MAX_MESSAGE)
        self.device: Device | None = None
        self._timers: list[Timer] = []

    async def run(self, request: web.Request) -> web.WebSocketResponse:
        """Until it closes; then the softphone is gone, and its call with it."""
        await self.socket.prepare(request)
        try:
            async for message in self.socket:
                if message.type is not WSMsgType.TEXT:
                    continue
                with self.exchange.busy.on("device"):
                    self._take(message.data)
        finally:
            self._forget()
            if self.device is not None:
                self.device.unregister()
        return self.socket

    def tell(self, message: dict[str, Any]) -> None:
        """Send, without waiting for it."""
        self.exchange.journal.write("device", **message)
        if not self.socket.closed:
            self.exchange.sender.spawn(self._send(message))

    async def _send(self, message: dict[str, Any]) -> None:
        with self.exchange.busy.on("device"):
            try:
                await self.socket.send_str(orjson.dumps(message).decode())
            except ConnectionError:
                self.exchange.journal.write("device-gone")

    def _take(self, text: str) -> None:
        try:
            message = orjson.loads(text)
            kind = message["type"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            self.tell({"type": "error", "code": 31000, "text": "not a message"})
            return
        if kind in {"hello", "updateToken"}:
            self._hello(str(message.get("token", "")))
            return
        if self.device is None:
            self.tell({"type": "error", "code": 31204, "text": "hello first"})
            return
        try:
            self._command(self.device, kind, message)
        except KeyError as wrong:
            self.tell({"type": "error", "code": 31404, "text": str(wrong)})

    def _hello(self, token: str) -> None:
        try:
            grant = read_token(token, self.exchange.account, self.exchange.clock.now())
        except BadToken as bad:
            self.tell({"type": "error", "code": bad.code, "text": str(bad)})
            return
        if self.device is None:
            self.device = Device(self.exchange, grant.identity, self.tell)
            self.device.register()
        elif self.device.identity != grant.identity:
            self.tell({"type": "error", "code": 31204, "text": "a token of somebody else"})
            return
        self.device.may_dial, self.device.may_receive = grant.application_sid, grant.incoming
        self._expiry(grant)
        self.tell({"type": "registered", "identity": grant.identity})

    def _expiry(self, grant: Grant) -> None:
        self._forget()
        left = grant.expires - self.exchange.clock.now().timestamp()
        later = self.exchange.clock.call_later
        self._timers = [later(max(0.0, left - WARNING), lambda: self.tell({"type": "tokenWillExpire"})),
                        later(left, self._expired)]

    def _expired(self) -> None:
        """A running call goes on; nothing rings here any more."""
        if self.device is not None:
            self.device.unregister(lose_call=False)
        self.tell({"type": "error", "code": 20104, "text": "expired"})

    def _forget(self) -> None:
        for timer in self._timers:
            timer.cancel()

    def _command(self, device: Device, kind: str, message: dict[str, Any]) -> None:
        sid = str(message.get("callSid", ""))
        commands: dict[str, Callable[[], object]] = {
            "accept": lambda: device.accept(sid), "reject": lambda: device.reject(sid),
            "ignore": lambda: device.ignore(sid), "hangup": device.hang_up,
            "connect": lambda: device.connect({str(name): str(value) for name, value in message["params"].items()}),
            "speak": lambda: device.speak(str(message.get("text", ""))[:MAX_SPEECH]),
            "mute": lambda: device.mute(bool(message.get("muted"))),
            "dtmf": lambda: device.call.press(str(message.get("digits", ""))) if device.call else None}
        if kind not in commands:
            raise KeyError(f"unknown message {kind}")
        commands[kind]()
