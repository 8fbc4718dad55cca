"""Every word in every language, and a word for every code."""

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

import channels.form
from channels.form.settings import LANGUAGES, Language
from channels.form.words import field_problem, language_of, problem

FOLDER = Path(channels.form.__file__).parent
WORDS = tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))
SOURCE = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))


@pytest.mark.parametrize("section", ["problems", "fields", "page"])
def test_everything_is_said_in_every_language(section: str) -> None:
    for code, words in WORDS[section].items():
        assert set(words) == set(LANGUAGES), code


def test_every_code_has_its_words() -> None:
    assert set(re.findall(r'Refused\("(\w+)"', SOURCE)) <= set(WORDS["problems"])
    assert set(re.findall(r'WrongValue\("(\w+)"', SOURCE)) <= set(WORDS["fields"])
    assert re.findall(r'"(file_too_large|too_many_files)"', SOURCE)


@pytest.mark.parametrize("language", get_args(Language))
def test_every_sentence_can_be_filled_in(language: Language) -> None:
    for code in (*WORDS["problems"], "a_code_of_the_hub"):
        said = problem(code, language, after=3, limit=4)
        assert "{" not in said.title + said.detail
    assert "a_code_of_the_hub" in problem("a_code_of_the_hub", language, after=3, limit=4).detail
    for code in (*WORDS["fields"], "another"):
        assert "{" not in field_problem(code, language, limit=1, megabytes="2", files=3)


@pytest.mark.parametrize(("asked", "accepted", "language"), [
    (None, "", "en"), (None, "fr, de", "en"), (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
    (None, "en;q=0.5, zh;q=0.6", "zh-Hans"), (None, "zh;q=0, en;q=0.1", "en"), ("zh-Hans", "en", "zh-Hans"),
    ("en", "zh", "en"), ("klingon", "zh-TW", "zh-Hans"), (None, "zh;q=x", "en"), (None, "," * 99, "en"),
])
def test_the_language_is_the_one_asked_for_or_the_best_accepted(asked: str | None, accepted: str,
                                                               language: str) -> None:
    assert language_of(asked, accepted) == language
