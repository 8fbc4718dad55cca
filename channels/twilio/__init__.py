"""What telephone and messaging share of Twilio: accounts, the check of signatures, the REST client. No channel."""
