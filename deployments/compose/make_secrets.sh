#!/bin/sh
# Makes what is secret of an installation by compose.yaml: sh make_secrets.sh [FOLDER], by default ./secrets.
# The address of the mail server is asked for, or read from the standard input. What is there already stays as it is.
set -eu
umask 077
folder=${1:-secrets}

if [ -e "$folder/databases.sql" ]; then
    echo "Секреты в папке $folder уже есть: пароли баз записаны в сами базы. Чтобы сделать новые, уберите папку" >&2
    exit 2
fi
if ! command -v openssl >/dev/null; then
    echo "Не найдена программа openssl: установите её" >&2
    exit 2
fi

[ ! -t 0 ] || printf 'Адрес почтового сервера (mailtos://имя:пароль@сервер:465?from=…): ' >&2
read -r mail || true
if [ -z "${mail:-}" ]; then
    echo "Нужен адрес почтового сервера вида mailtos://имя:пароль@сервер:465?from=vekha@example.ru" >&2
    exit 2
fi

random() { openssl rand -hex 24; }
vekha=$(random) prefect=$(random) redis=$(random)

mkdir -p "$folder"
cd "$folder"
random >postgres_password
cat >databases.sql <<SQL
CREATE ROLE vekha LOGIN PASSWORD '$vekha';
CREATE DATABASE vekha OWNER vekha;
CREATE ROLE prefect LOGIN PASSWORD '$prefect';
CREATE DATABASE prefect OWNER prefect;
\connect prefect
CREATE EXTENSION pg_trgm;
SQL
echo "postgresql://vekha:$vekha@postgres:5432/vekha" >database_url
echo "postgresql://prefect:$prefect@postgres:5432/prefect" >prefect_database_url
printf 'requirepass %s\nsave ""\nappendonly no\ndir /tmp\n' "$redis" >redis.conf
echo "redis://:$redis@redis:6379/0" >redis_url
echo "vekha:$(random)" >auth
random >link_key
random >control_password
echo "$mail" >mail_url
# The folder is closed, so nobody on this machine comes to the files; the users of the containers read them one by one.
chmod 0444 ./*
echo "Готово: $folder. Добавьте сертификат: $folder/tls.crt и $folder/tls.key, права 0444." >&2
echo "Пароль «Контроля» — в $folder/control_password. Сохраните копию папки: без неё базы не открыть." >&2
