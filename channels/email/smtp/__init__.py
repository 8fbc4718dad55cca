"""SMTP both ways: mail servers hand mail in (SMTP or LMTP), and what agents write goes out."""
