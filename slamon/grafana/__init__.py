"""The dashboards, generated: typed here, committed as JSON in dashboards/."""
