"""What is left when no mail server takes anything: a folder of mails, a program. Never raise."""
