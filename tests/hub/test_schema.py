"""The schema moves forward only: a file that others may have applied never changes again."""

import hashlib
from pathlib import Path

import hub

SCHEMA = Path(hub.__file__).parent / "schema"
# A change of the schema is a new file and a new line here. Editing an old file keeps every used database from starting.
FROZEN = {
    "0001_base.sql": "42bbd1a8fde2f380c267ab4131195de4bf7ec9ac36525e0430e214decae46ad3",
    "0002_mail.sql": "9af02b86dfec14daf7fe791940a37b7e15eb7c180f77132b00560add0948c625",
    "0003_deliveries.sql": "178e0b3e071341efa90df60768b35c13edfeba0b0abfeda884ac571012ac34a6",
    "0004_load.sql": "f2831db0e9d223ab69d4cd1aa7775b50a602104f762394a95cb5bf42789d72af",
    "0005_drafts.sql": "fa93bdde8e2480589720b533a3db5edfcd1159439854c65a8c52b880ade497ee",
    "0006_texting.sql": "b8481bef5d19d066dbe648b14ddcb9d6161c2e81621ef9a43b1daed04c373640",
    "0009_calls.sql": "b7efe4b55ae36c110b58965daac551de5342f090229f951c003f07c89e187648",
    "0007_escalation.sql": "b8f53c4f1b3e80925cd26da513466f41db7cd9a46c0a08ca597260b886f14c5e",
    "0008_waits.sql": "658bef4f2fc8b0532416fcdf2c3d27e1e1591c4d5d0f34153ceb5c4132679e2a",
    "0010_policy.sql": "b9c1b2a0b1ed765c3b0ee5c418de32e69dd95427ff4a01545fee33fd69c4b074",
    "0011_dispatch.sql": "1cb1840c93d68f71fc3587ba7e92d7cf20615785404c5be5a1442f34c676c307",
    "0012_callbacks.sql": "9d37e17dd6851fbbbf3136835306c077cc3891c52016e4df09b350bc656bca11",
    "0013_read_back.sql": "53b978bc1e637ec16ae4f1ea06177f2a74a58fc5969f5a10c5994880d50f4474",
    "0014_callers.sql": "00b57e4f68943535e74d0790a1c869de5db28e7e84ccc2f6b92c6ba07f9080ac",
    "0015_marks.sql": "a5050b848104551b6c3a0025c9ff678c85559af71be3a27141cfffcb5ed88659",
    "0016_recordings.sql": "8640fa0962b4e3e3c8781b8afff36ba8f77630f2b556fc1c1564259c0b3bb94a",
    "0017_kinds_of_work.sql": "31fc5e5965986bdc0b85053a4299b74bc2a8975d357fd95f89476ed778b7a5b0",
    "0018_command_owner.sql": "2e19acca5ebab2da33e95d88b077db19c234b23fcce15c914366d013e2bebda0",
    "0019_wrap_up.sql": "668b5b124b9d3df2df90862f1ea4c24d1765f7c02a702395bfb1fb0d95198c72",
    "0020_calls_aside.sql": "5e42c930a0432ae25e9ed24f515222389b119881b8eb464af737c7b0e1aa6e29",
    "0021_media_there.sql": "cf2153e3d0fa3c9dc740e5384cecdcb574cecb4e4b0c1de2b79920eb44117d43",
    "0022_text_drafts.sql": "b329cc2daaa99d81b91b0a694af12cb0bfa1f0551209ddd65da988ffd12c7247",
    "0023_last_agent.sql": "aa78c339cbc7c85cdb58073a47e168c2764f69687b0fca0885cb40cf0d7609d1",
    "0024_simultaneous_offers.sql": "95090bca48c22665b79025f1140d1f3ab3b35e36cb28644d8aa23c49605ec53f",
    "0025_named_work.sql": "17b2bfdb77a1a674ed5a49933842aa57d130615b219a27e192828489ce164c58",
}


def test_no_migration_that_was_given_away_has_changed() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(SCHEMA.glob("*.sql"))}
    assert found == FROZEN
