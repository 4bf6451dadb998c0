"""The store of canonical Parquet: files staged or watched into it, and what it holds told."""
