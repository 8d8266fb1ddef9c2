"""After the conference (Art. 10): the conclusion's items, the notice and its recipients, tasks, reports of agencies, referrals, findings of the Front."""
