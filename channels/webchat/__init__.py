"""The chat on a company's own pages."""

from channels.webchat.channel import WebChat
from channels.webchat.settings import WebChatSettings
from channels.webchat.understand import replay

__all__ = ["WebChat", "WebChatSettings", "replay"]
