"""The streams' part of the command line."""

from __future__ import annotations

from streams.commands.policy import policy

commands = [policy]
