"""No tables. Django sends post_migrate only to apps that have a models module, and ours installs triggers then."""
