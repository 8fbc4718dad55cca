"""What the scripted customers say."""

from random import Random

import pytest

from simulator.stories import Talk, person, tongues


def test_there_are_stories_in_english_chinese_and_german() -> None:
    assert {tongue.language for tongue in tongues().values()} == {"en", "zh-Hans", "de"}
    for tongue in tongues().values():
        assert len(tongue.stories) >= 3
        assert all(one.opening and one.answers and one.thanks and one.later for one in tongue.stories)


@pytest.mark.parametrize(("key", "question", "word"), [
    ("en", "What is your order number?", "88-1204"), ("zh", "您的订单号码是多少？", "88-1204"),
])
def test_a_question_gets_its_fact_once(key: str, question: str, word: str) -> None:
    talk = Talk(tongues()[key], tongues()[key].stories[0])
    assert word in (talk.answer(question) or "")
    assert talk.answer(question) == talk.story.answers[0]


def test_a_talk_ends_when_all_is_told() -> None:
    talk = Talk(tongues()["en"], tongues()["en"].stories[0])
    told = [talk.answer("Hm.") for _ in range(len(talk.story.answers) + 1)]
    assert told == [*talk.story.answers, None]


def test_the_same_die_gives_the_same_person() -> None:
    tongue = tongues()["zh"]
    assert person(Random(3), tongue) == person(Random(3), tongue)
    assert person(Random(3), tongue, strange=True).name in tongue.strange_names
