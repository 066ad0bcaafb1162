//! Runs commands: process groups, output lines, parsers, baselines, playbook matching.
