"""What an unread deadline may mean: wordings that would be read, computed from its words and the period."""
