"""DMARC (RFC 9989): reading a policy record, finding the one that applies, and the advice on an existing one."""
