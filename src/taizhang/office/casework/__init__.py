"""The loop in people's hands: dispatch, verification at the household, review, hand-back, exemption, closure."""
