"""Russian words that every storey needs: dates, plurals, cases, likeness."""
