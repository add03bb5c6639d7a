"""Everything that takes events out: department queues, citizen status and SSE, the read model."""
