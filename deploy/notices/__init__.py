"""The notifier by command: `petitions webhooks` and `petitions deliveries`. The work is done in `consumers.notifier`; here it is only asked
for, and told to people. No command shows a citizen's address.
"""
