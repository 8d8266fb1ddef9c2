"""What browsers get: pages (`templates/`), own modules and styles (`static/`), libraries (`vendor/`), words (`i18n/`)."""
