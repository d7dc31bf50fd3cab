"""What the commands print: tables and sentences for 80 columns or a pipe."""
