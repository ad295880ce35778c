"""Every room of the house: tables, rules, policy, SQL and jobs. Knows no GraphQL, HTTP or command line."""
