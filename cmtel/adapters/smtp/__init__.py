"""One mail server over SMTP: the dialogue, TLS, login, and what each answer was."""
