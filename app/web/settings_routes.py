"""The addresses of settings and of the audit log: a part of the routes table."""

from app.desk.permissions import Permission
from app.web.http.routing import Route
from app.web.pages import (
    audit,
    gateway_proposals,
    news,
    passkeys,
    persons,
    retention,
    shops,
    tokens,
    users,
)

SEND = ("POST",)
OWN, READ, READ_AUDIT = Permission.OWN, Permission.READ, Permission.READ_AUDIT
MANAGE_SHOPS, MANAGE_PEOPLE = Permission.MANAGE_SHOPS, Permission.MANAGE_PEOPLE
MANAGE_TOKENS, ERASE = Permission.MANAGE_TOKENS, Permission.ERASE


def settings_routes() -> list[Route]:
    """All of them, in the order in which they are tried."""
    return [
        # The audit log.
        Route("/audit", audit.index, "audit", permission=READ_AUDIT),
        Route("/audit.csv", audit.download, "audit-csv", permission=READ_AUDIT),
        # People.
        Route("/settings/users", users.index, "users", permission=MANAGE_PEOPLE),
        Route("/settings/users", users.invite, "users-send", SEND, permission=MANAGE_PEOPLE),
        Route("/settings/users/{key}", users.show, "user", permission=MANAGE_PEOPLE),
        Route("/settings/users/{key}", users.change, "user-send", SEND, permission=MANAGE_PEOPLE),
        # Passkeys of one's own.
        Route(
            f"{passkeys.ADDRESS}/challenges",
            passkeys.ask_to_register,
            "passkey-begin",
            SEND,
            permission=OWN,
        ),
        Route(passkeys.ADDRESS, passkeys.register, "passkey-add", SEND, permission=OWN),
        Route(
            f"{passkeys.ADDRESS}/{{key}}/removals",
            passkeys.remove,
            "passkey-remove",
            SEND,
            permission=OWN,
        ),
        # Shops.
        Route("/settings/shops", shops.index, "shops", permission=READ),
        Route("/settings/shops", shops.add, "shops-send", SEND, permission=MANAGE_SHOPS),
        Route("/settings/shops/new", shops.new, "shop-new", permission=MANAGE_SHOPS),
        Route("/settings/shops/{key}", shops.show, "shop", permission=READ),
        Route("/settings/shops/{key}", shops.change, "shop-send", SEND, permission=MANAGE_SHOPS),
        Route(
            f"{gateway_proposals.ADDRESS}/approvals",
            gateway_proposals.approve_it,
            "gateway-approve",
            SEND,
            permission=MANAGE_SHOPS,
        ),
        Route(
            f"{gateway_proposals.ADDRESS}/refusals",
            gateway_proposals.refuse_it,
            "gateway-refuse",
            SEND,
            permission=MANAGE_SHOPS,
        ),
        # News.
        Route("/settings/notifications", news.index, "news", permission=OWN),
        Route("/settings/notifications", news.make, "news-send", SEND, permission=OWN),
        Route(f"{news.ADDRESS}/{{key}}", news.choose_for, "news-choose", SEND, permission=OWN),
        Route(f"{news.ADDRESS}/{{key}}/trials", news.try_it, "news-try", SEND, permission=OWN),
        Route(f"{news.ADDRESS}/{{key}}/ends", news.end_it, "news-end", SEND, permission=OWN),
        Route(f"{news.ITEM}/replays", news.say_again, "news-replay", SEND, permission=OWN),
        # What is kept.
        Route("/settings/retention", retention.index, "retention", permission=READ_AUDIT),
        # What is held on one customer.
        Route(persons.ADDRESS, persons.index, "persons", permission=ERASE),
        Route(persons.SEARCHES, persons.search, "person-find", SEND, permission=ERASE),
        Route(persons.EXPORTS, persons.download, "person-take", SEND, permission=ERASE),
        Route(persons.ERASURES, persons.erase_it, "person-erase", SEND, permission=ERASE),
        # Tokens for programs.
        Route("/settings/tokens", tokens.index, "tokens", permission=MANAGE_TOKENS),
        Route("/settings/tokens", tokens.make, "tokens-send", SEND, permission=MANAGE_TOKENS),
        Route(tokens.REVOCATIONS, tokens.revoke, "token-revoke", SEND, permission=MANAGE_TOKENS),
    ]
