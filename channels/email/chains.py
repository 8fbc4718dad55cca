"""Which refresh token came after which: whoever has an old one finds the newest."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256

from channels.email.ports import Account

_MOST = 12  # chains: the one that is used, and such as were only tried
_NAMES = 24  # of one chain


def name_of(account: Account, token: str | None = None) -> str:
    """Of a refresh token, the account's own unless told. Whoever enters an old one with another address for it shall
    not have the newest one sent there.
    """
    secret, oauth = account.secrets.refresh_token, account.mailbox.oauth
    given = token if token is not None else secret.get_secret_value() if secret is not None else ""
    way = (oauth.token_url, oauth.client_id) if oauth is not None else ("", "")
    return sha256("\n".join((given, *way)).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True)
class _Chain:
    newest: str
    names: list[str]  # of it and its forerunners, the first one first


@dataclass(slots=True)
class Chains:
    """Of one mailbox. The last one is that which was used last."""

    _chains: list[_Chain] = field(default_factory=list)

    @classmethod
    def read(cls, text: str) -> "Chains":
        return cls([_Chain(newest, names) for newest, names in json.loads(text)])

    def written(self) -> str:
        return json.dumps([[one.newest, one.names] for one in self._chains])

    def newest(self, account: Account, token: str | None = None) -> str | None:
        """What that token (the account's own unless told) was replaced by in the end, if it was."""
        name = name_of(account, token)
        return next((one.newest for one in reversed(self._chains) if name in one.names), None)

    def replaced(self, account: Account, spent: str, token: str, lasting: Collection[str] = ()) -> bool:
        """Names that are `lasting` are not forgotten, however long the chain. False: somebody has noted another
        successor of what was spent, and that one stays."""
        if (self.newest(account, spent) or spent) != spent:
            return False
        first, before, now = name_of(account), name_of(account, spent), name_of(account, token)
        chain = next((one for one in self._chains if {first, before} & set(one.names)), None)
        if chain is None:
            chain = _Chain(token, [])
        else:
            self._chains.remove(chain)
        chain.newest = token
        chain.names += [one for one in dict.fromkeys((first, before, now)) if one not in chain.names]
        while len(chain.names) > _NAMES:
            chain.names.remove(next(one for one in chain.names if one not in lasting))
        self._chains.append(chain)
        while len(self._chains) > _MOST:
            self._chains.remove(next(one for one in self._chains if not set(one.names) & set(lasting)))
        return True
