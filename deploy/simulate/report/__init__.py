"""The report: the four measures as one HTML page that needs nothing else, in Vietnamese with English to switch to. It is made from
figures alone and knows no instance, no Kafka and no clock.
"""
