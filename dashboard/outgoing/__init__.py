"""What leaves the house when a clue moves: signed webhooks, WeCom and DingTalk robots, e-mail. Off by default.

Events of the casebook are the source; an outbox remembers what is still to be delivered (docs/outgoing.md).
"""
