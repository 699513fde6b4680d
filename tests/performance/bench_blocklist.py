"""Looking a batch of recipients up in a long blocklist."""

from __future__ import annotations

import random
import statistics
import time

from django.db import connection

from accounts.mail.addresses import key_of
from blocklist.queries import BlockQuery, blocked_among
from tests import factories
from tests.performance.stage import Stage

BLOCKS = 1_000_000
BATCH, TIMES = 500, 40


def run(stage: Stage, scale: float) -> bool:
    """Look up batches of which half is blocked, each batch with other addresses."""
    count = int(BLOCKS * scale)
    account = factories.account()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO blocklist_blockedaddress (account_id, kind, cause, address, sender_domain, reason, created_at) "
            "SELECT %s, 'invalid', 'bounced', 'customer' || n || '@d' || n %% 2000 || '.test', '', '', now() "
            "FROM generate_series(1, %s) AS n",
            [account.pk, count],
        )
        cursor.execute("VACUUM ANALYZE blocklist_blockedaddress")
    chance, waits = random.Random(7), []
    for _ in range(TIMES):
        numbers = chance.sample(range(1, 2 * count), BATCH)
        wanted = [BlockQuery(account.pk, "mail.bench.test", key_of(f"customer{n}@d{n % 2000}.test")) for n in numbers]
        began = time.perf_counter()
        found = blocked_among(wanted)
        waits.append(time.perf_counter() - began)
        assert len(found) == sum(n <= count for n in numbers)
    print(f"blocklist {statistics.median(waits) * 1000:.1f} ms for {BATCH} addresses among {count:,}")
    return True
