"""The order desk of Kettle & Leaf, a tea shop with four customers and big plans."""
