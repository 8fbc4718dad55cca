"""What the linter found, in English sentences for the command line: what, where, and what to do."""

from collections.abc import Mapping

from hub.wire_policy import PolicyFinding

WORDS: Mapping[str, str] = {
    "missing_default": "contacts that no rule holds for have nowhere to go. Name a default queue.",
    "default_unreachable": "rule {rule} holds of every contact, and the default takes nothing. Move it to the end.",
    "rule_never_holds": "rule {rule} can never hold: its tests exclude each other. Correct or remove one of them.",
    "rule_unreachable": "rule {rule} is never reached: {by} above holds wherever it does. Move it up, or remove it.",
    "rules_not_all_compared": "there are too many rules to compare every two of them; {compared} pairs were.",
    "unknown_skill": "there is no skill {skill}{perhaps} Add it to `skills`, or correct it.",
    "wrong_skill_test": "{test} compares a level with a text. Write a number.",
    "unknown_agent_skill": "agent {agent} has skill {skill}, which the policy does not list. Add it to `skills`.",
    "requirement_never_met": "no agent could ever meet {require}. Correct it.",
    "queue_unserved": "no agent may work in queue {queue}. Give it to somebody, or let nothing lead to it.",
    "queue_without_rule": "nothing leads to queue {queue}: no rule, exit, ladder or way in. Add a rule, or remove it.",
    "placement_unserved": "no agent of queue {queue} meets what is required, not even after the last ring. "
                          "Ask for less in a later ring, or train somebody.",
    "exit_unserved": "an exit leads on to queue {queue}, where no agent meets what is required. Lead it elsewhere.",
    "placement_waits_for_ring": "no agent of queue {queue} meets what is required in the first {seconds} seconds. "
                                "Begin with that ring.",
    "ring_without_effect": "ring {ring} takes nobody more. Remove it.",
    "ring_tightens": "ring {ring} demands more than the one before. Rings must loosen.",
    "ring_may_not_loosen": "ring {ring} may leave out agents whom the one before took. Add those with `or`.",
    "ring_never_begins": "ring {ring} never begins: after {minutes} minutes the contact has left. Let it begin sooner.",
    "overflow_loop": "queues send each other their work ({queues}) by {conditions}. Lead one of these elsewhere.",
    "calendar_never_opens": "calendar {calendar} never opens: nothing promised by it falls due, and its queues are "
                            "always closed. Give it hours, or remove it.",
    "lifo_without_target": "in queue {queue} everything is late at once, so nothing goes newest first. "
                           "Give it target_minutes.",
    "never_offered": "agents take the work of queue {queue} themselves, so this counts for nothing. Remove it.",
    "overtaken_too_long": "a contact of queue {queue} {of_rule} may be overtaken for {minutes} minutes by those of "
                          "queue {by_queue} {of_by_rule}; {longest} are allowed. Bring their priorities nearer.",
    "ladder_without_end": "the last step of ladder {ladder} tells nobody. Let it notify somebody.",
    "ladder_step_without_effect": "a step of ladder {ladder} changes nothing and tells nobody. Remove it.",
    "ladder_step_unserved": "no agent of queue {queue} has what this step of ladder {ladder} requires. Ask for less.",
    "ladder_unused": "no queue uses ladder {ladder}. Name it at a queue, or remove it.",
    "value_never_given": "{fact} is never {value!r}: the configuration has no such thing{perhaps} "
                         "Correct the rule, or add it to the configuration.",
    "fact_never_given": "no way into this hub gives {fact}{perhaps} Take the test out, or set up what gives it.",
    "rule_never_arrives": "rule {rule} never holds: what comes by {channels} carries no {fact}. Correct one of these.",
    "channel_without_room": "contacts by {channel} come to queue {queue}, and none of the agents who may have them has "
                            "room: his capacity is smaller, or his limit is 0. Raise one, or lead them elsewhere.",
    "kept_out_too_long": "what fits nobody beside his load waits {minutes} minutes until an agent is kept free for it; "
                         "others may go first for {longest} at most. Lower hold_back_minutes.",
    "queue_not_in_policy": "queue {queue} is in the configuration and not in this policy, and works as the "
                           "configuration says. Add it here to change that.",
}  # fmt: skip


def in_words(found: PolicyFinding) -> str:
    data = {name: ", ".join(value) if isinstance(value, list) else value for name, value in found.data.items()}
    suggestion, rule, by_rule = (data.get(name, "") for name in ("suggestion", "rule", "by_rule"))
    more = {
        "perhaps": f"; did you mean {suggestion}?" if suggestion else ".",
        "of_rule": f"(rule {rule})" if rule else "(no rule)",
        "of_by_rule": f"(rule {by_rule})" if by_rule else "(no rule)",
    }
    return f"{found.path}: {WORDS[found.code].format(**{**data, **more})}"
