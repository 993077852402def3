"""Where in the process deals are: their stays at milestones, and what moved there."""
