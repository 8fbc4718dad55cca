"""twilsim: a stand-in for the telephone and messaging API, strict enough that what passes it can be trusted.

It talks to the hub by HTTP and websocket only, as the real service would; see README.md for what it does not do.
"""
