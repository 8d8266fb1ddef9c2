"""What browsers get: pages (`templates/`), modules and styles (`static/`), `vendor/`, words (`i18n/`)."""
