#!/bin/sh
# Run once, when PostgreSQL makes its data folder: the two roles of the platform and its database.
# gof_owner owns the tables and migrates them; gof_app serves and is bound by row security.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set=owner_password="$OWNER_PASSWORD" --set=app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE gof_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE gof_app LOGIN PASSWORD :'app_password';
CREATE DATABASE gof OWNER gof_owner ENCODING 'UTF8' TEMPLATE template0
  LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8';
SQL
