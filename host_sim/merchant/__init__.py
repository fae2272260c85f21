"""What the host does for merchants beyond moving their money: notices."""
