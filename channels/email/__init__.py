"""E-mail: in by IMAP, SMTP and LMTP, out by SMTP; parsing, threading evidence and delivery reports in between.

Source: `mail:<mailbox>`. Natural key: `MailIn.key`, the same for every copy of one mail. Addresses: the author's. A
mail continues the interaction that its evidence names (`MailIn.tokens`, `MailIn.references`), which the hub judges.
"""
