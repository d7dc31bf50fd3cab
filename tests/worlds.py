"""Small complete scenarios that tests build on: two powers, three republics, a summit, a war and a chance event."""

from __future__ import annotations

GOOD = """\
title: A small world
about: |
  Two powers and three republics.

  Nothing here is real.
start: 2025-10
months: 24
powers:
  source: assumption
  RUS:
    name: Russia
    color: "#b83a3a"
    budget: 0.4
    strain: {value: 0.4, source: assumption, note: "a guess", range: [0.25, 0.6]}
    respect: 0.45
    interest: {security: 0.35, trade: 0.25, energy: 0.25, infrastructure: 0.1, minerals: 0.05}
  CHN:
    name: China
    budget: 0.66
    interest: {security: 0.1, trade: 0.25, energy: 0.25, infrastructure: 0.3, minerals: 0.1}
    capability_growth: {trade: 0.03, energy: 0.02}
republics:
  KAZ:
    name: Kazakhstan
    capital: Astana
    source: assumption
    need: {security: 0.25, trade: 0.3, energy: 0.2, infrastructure: 0.15, minerals: 0.1}
    endowment: {security: 0.8, trade: 1.0, energy: 1.0, infrastructure: 0.9, minerals: 1.0}
    autonomy: 0.6
    alignment:
      security: {RUS: 0.6, CHN: 0.1}
      trade: {RUS: 0.2, CHN: 0.25}
      energy: {RUS: 0.35, CHN: 0.2}
      infrastructure: {RUS: 0.2, CHN: 0.45}
      minerals: {RUS: 0.2, CHN: 0.35}
    leverage: {RUS: 0.35, CHN: 0.2}
    grievance: {RUS: 0.45}
    solidarity: {TJK: 0.3}
  TJK:
    name: Tajikistan
    source: assumption
    need: {security: 0.35, trade: 0.25, energy: 0.1, infrastructure: 0.2, minerals: 0.1}
    endowment: {security: 0.6, trade: 0.25, energy: 0.2, infrastructure: 0.3, minerals: 0.3}
    alignment:
      security: {RUS: 0.66, CHN: 0.16}
      trade: {RUS: 0.24, CHN: 0.26}
      energy: {RUS: 0.4, CHN: 0.25}
      infrastructure: {RUS: 0.12, CHN: 0.62}
      minerals: {RUS: 0.1, CHN: 0.6}
    leverage: {RUS: 0.65}
    solidarity: {KAZ: 0.3, UZB: 0.2}
  UZB:
    name: Uzbekistan
    source: assumption
    need: {security: 0.2, trade: 0.3, energy: 0.15, infrastructure: 0.2, minerals: 0.15}
    endowment: {security: 0.6, trade: 0.8, energy: 0.5, infrastructure: 0.7, minerals: 0.6}
    alignment:
      security: {RUS: 0.42, CHN: 0.14}
      trade: {RUS: 0.18, CHN: 0.2}
      energy: {RUS: 0.35, CHN: 0.25}
      infrastructure: {RUS: 0.17, CHN: 0.4}
      minerals: {RUS: 0.2, CHN: 0.3}
rules:
  inertia: {security: 0.015}
  catharsis: 0.15
events:
  first-summit:
    kind: summit
    date: 2025-10-09
    about: The leaders meet.
    powers: [RUS]
    republics: [KAZ, UZB]
    sectors: [security, trade]
    host: TJK
    tone: 0.3
  long-war:
    kind: war
    date: 2026-03
    powers: [RUS]
    strain: 0.1
    grievance: {neglect: 0.1}
  landslide:
    kind: crisis
    chance: 0.02
    after: 2026-01
    before: 2027-01
    republics: [TJK]
    resolve: 0.1
"""
"""A good scenario that uses every kind of thing a file may say."""

Edit = tuple[str, str]
"""Text to be replaced and its replacement; the text occurs exactly once."""


def edited(text: str, *edits: Edit) -> str:
    """``text`` after the edits; each must hit exactly one place."""
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
        text = text.replace(old, new)
    return text
