"""Frames of campaigns (一查一补两落实, 七突出七对标七到位): tables the county fills in, measured by findings and checklists."""
