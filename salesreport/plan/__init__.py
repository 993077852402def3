"""What is to come, agreed beforehand: plans that add up, and variable pay that explains itself."""
