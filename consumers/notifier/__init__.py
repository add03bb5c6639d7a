"""The role `notifier`: who has asked for it is told what happens, each thing once, by webhook, e-mail, SMS, Zalo or
web push.

Pure: `policy`, `changes`, `decide`, `retry`, `wording`, `signing`. At the edge: `outbox` (deliveries, written with the offsets), `book`
(receivers), `lanes` and `sending` (what is due, a lane a receiver), and a module a medium. `book` may be imported from elsewhere; it is how
HTTP subscribes a citizen and how an erasure reaches here. It knows no page and asks for nothing on Kafka.
"""
