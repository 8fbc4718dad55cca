"""What a file is, is said by its bytes; its name is only a label."""

import pytest

from hub import files

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "image/png"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"<svg onload='alert(1)'/>", "text/plain"),
        (b"<html><script>", "text/plain"),
        ("我的路由器".encode(), "text/plain"),
        ("我".encode() * 5000, "text/plain"),  # cut in the middle of a character
        (b"\xff\xfe\xfd", "application/octet-stream"),
        (b"a\x00b", "application/octet-stream"),
        (b"", "text/plain"),
    ],
)
def test_detected(content: bytes, kind: str) -> None:
    assert files.detect(content) == kind


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("photo.png", "photo.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\mia\\x.pdf", "x.pdf"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("..", "file"),
        ("", "file"),
        ("发票 2026.pdf", "发票 2026.pdf"),
        ("x" * 300, "x" * 200),
        ("evil\u202egnp.exe", "evilgnp.exe"),
    ],
)
def test_plain_name(name: str, plain: str) -> None:
    assert files.plain_name(name) == plain
