"""django-helpdesk reading one mailbox by IMAP into PostgreSQL: what its `get_email` does, once.

Runs with an interpreter of its own, which has the packages of get_email.txt. Prints one JSON object: messages, seconds.
"""

import json
import logging
import os
import sys
import time
from typing import Any


def configure(database: dict[str, str], folder: str) -> None:
    from django.conf import settings

    settings.configure(
        SECRET_KEY="a-benchmark",
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None, **database}},
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.sites",
            "django.contrib.humanize", "django.contrib.admin", "django.contrib.messages",
            "rest_framework", "helpdesk",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField", SITE_ID=1, MEDIA_ROOT=folder, USE_TZ=True,
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",  # what it would answer is not measured
        HELPDESK_ACTIVATE_API_ENDPOINT=False, HELPDESK_TEAMS_MODE_ENABLED=False,
    )


def run(mailbox: dict[str, Any]) -> dict[str, float]:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from django.conf import settings
    from django.urls import include, path

    settings.ROOT_URLCONF = (path("", include("helpdesk.urls", namespace="helpdesk")),)
    from helpdesk.email import process_queue
    from helpdesk.models import FollowUp, Queue, Ticket

    queue = Queue.objects.create(
        title="Support", slug="support", email_address="support@example.org", allow_email_submission=True,
        email_box_type="imap", email_box_host=mailbox["host"], email_box_port=mailbox["port"], email_box_ssl=False,
        email_box_user=mailbox["user"], email_box_pass=mailbox["password"], email_box_imap_folder="INBOX",
    )
    logger = logging.getLogger("helpdesk")
    began = time.perf_counter()
    process_queue(queue, logger=logger)
    return {"seconds": time.perf_counter() - began, "tickets": Ticket.objects.count(),
            "follow_ups": FollowUp.objects.count()}


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    logging.disable(logging.CRITICAL)
    os.environ.pop("DATABASE_URL", None)
    configure(given["database"], given["folder"])
    print(json.dumps(run(given["mailbox"])))
