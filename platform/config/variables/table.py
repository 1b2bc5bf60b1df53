"""The table of variables. A new variable is a line here; nothing else reads the environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from config.variables.kinds import (
    FLAG,
    FOLDER,
    HOST,
    NETWORKS,
    SLUG,
    TEXT,
    WORDS,
    Kind,
    address,
    choice,
    files_address,
    number,
    secret,
)

WEB, WORKER, SCHEDULER, MIGRATOR = "web", "worker", "scheduler", "migrator"
ALL: Final = (WEB, WORKER, SCHEDULER, MIGRATOR)

PRODUCTION: Final = "production"
ALWAYS: Final = "always"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: what it is for, how it is read, what holds without it, and which processes look at it."""

    name: str
    kind: Kind
    what: str
    """One sentence's end: "The variable X is not set: <what>"."""
    default: str = ""
    needed: str = ""
    """PRODUCTION or ALWAYS where there is no going on without it; empty where the default will do."""
    processes: tuple[str, ...] = ALL
    is_secret: bool = False
    """Its value is never shown, and it may be given as a file: NAME_FILE holds the path."""
    empty_is_none: bool = False
    """Set to nothing it means none, and not its default."""


@dataclass(frozen=True, slots=True)
class Group:
    """Variables that belong together, under a heading of the guide."""

    title: str
    variables: tuple[Variable, ...]


FILES: Final = Kind("an address, as in `s3://bucket/folder?region=eu-west-2`", files_address, "nonsense://")
POSTGRES: Final = address("postgres", "postgresql", example="postgres://host:5432/patchwork", needs_host=False)
PASSWORD: Final = secret(16)

GROUPS: Final = (
    Group("What this is", (
        Variable("PATCHWORK_MODE", choice("demo", "test", "production"),
                 "what kind of running this is; anything but production is for a developer's own machine",
                 default="production"),
        Variable("PATCHWORK_SECRET_KEY", secret(50),
                 "the key that signs sessions and links: 50 or more random characters, kept and never changed lightly",
                 needed=PRODUCTION, is_secret=True),
        Variable("PATCHWORK_SHOW_CODES", FLAG,
                 "prints the demo's sign-in codes; production does not start with it", default="0"),
        Variable("PATCHWORK_STATE", FOLDER,
                 "the one folder that processes write to: heartbeats, and the demo's data", default=""),
        Variable("PATCHWORK_PROCESS", choice("migrator", "app"),
                 "`migrator` for the process that makes and alters schemas: it logs in as another role",
                 default="app", processes=(MIGRATOR,)),
        Variable("PATCHWORK_RELEASE", SLUG, "the release that runs, as error reports and metrics name it",
                 default="unreleased"),
    )),
    Group("Database", (
        Variable("DATABASE_URL", POSTGRES,
                 "the address of PostgreSQL or of its pooler, as in postgres://host:5432/patchwork; `?sslmode=` and"
                 " `?sslrootcert=` are passed on. Each process logs in with its own role, whatever name stands here",
                 needed=ALWAYS, is_secret=True),
        Variable("DATABASE_MIGRATOR_URL", POSTGRES,
                 "PostgreSQL itself, past any pooler, for migrations; with the administrator's name and password while"
                 " `prepare_database` runs. DATABASE_URL where it is empty",
                 processes=(MIGRATOR,), is_secret=True),
        Variable("DATABASE_PASSWORD_PW_APP", PASSWORD,
                 "the password of the application's role; derived from PATCHWORK_SECRET_KEY where it is empty",
                 is_secret=True),
        Variable("DATABASE_PASSWORD_PW_ROUTER", PASSWORD,
                 "the password of the role that reads the host table; derived where it is empty", is_secret=True),
        Variable("DATABASE_PASSWORD_PW_CONSOLE", PASSWORD,
                 "the password of the deployment's shared world; derived where it is empty", is_secret=True),
        Variable("DATABASE_PASSWORD_PW_MIGRATOR", PASSWORD,
                 "the password of the role that alters schemas; derived where it is empty",
                 processes=(MIGRATOR,), is_secret=True),
        Variable("DATABASE_POOL", FLAG, "whether a process keeps a pool of connections of its own", default="1"),
        Variable("DATABASE_POOL_SIZE", number(1, 200),
                 "how many connections of the application's role a process holds at most", default="16"),
    )),
    Group("Tasks and mail", (
        Variable("BROKER_URL", address("redis", "rediss", "amqp", "amqps", example="redis://host:6379/0"),
                 "the address of Valkey, Redis or RabbitMQ, as in redis://host:6379/0; rediss:// and amqps:// are"
                 " encrypted", needed=ALWAYS, is_secret=True),
        Variable("PATCHWORK_MAIL_URL",
                 address("smtp", "smtp+tls", "smtp+ssl", example="smtp+tls://user:password@host:587"),
                 "the mail server, as in smtp+tls://user:password@host:587", needed=PRODUCTION, is_secret=True),
        Variable("PATCHWORK_MAIL_DOMAIN", HOST, "the domain that mails come from, as no-reply@ it",
                 default="patchwork.localhost"),
    )),
    Group("Files", (
        Variable("PATCHWORK_FILES_URL", FILES,
                 "where councils' files are kept: a bucket, as in s3://bucket/folder?region=eu-west-2, where"
                 " `endpoint=` names a service other than Amazon's and `encryption=aws:kms&key=` a key of one's own"
                 " (who may enter it, the usual AWS_ variables or the machine's own role say), or file:///full/path; a"
                 " folder below PATCHWORK_STATE where it is empty"),
        Variable("PATCHWORK_BACKUP_DAYS", number(0, 3660),
                 "for how many days backups are kept: what a council's certificate of deletion promises",
                 default="35"),
        Variable("PATCHWORK_DELETION_WAIT_DAYS", number(0, 3660),
                 "for how many days a council that leaves is kept, read only, before it can be deleted, whatever a"
                 " console asks", default="30"),
        Variable("PATCHWORK_EINVOICE_FOLDER", FOLDER,
                 "the folder into which a console puts electronic invoices, for an access point of the Peppol network"
                 " to pick up; it has to be there already, so that a disk that is not mounted is noticed",
                 processes=(WORKER,)),
        Variable("PATCHWORK_PACKS", FOLDER,
                 "a folder with more versions of law packs than the release brings, as in gb-eng@2027.1.0.toml"),
    )),
    Group("Addresses and the proxy", (
        Variable("PATCHWORK_CONSOLE_HOST", HOST, "where the operators' console answers; empty where there is none",
                 default="console.localhost", processes=(WEB, WORKER), empty_is_none=True),
        Variable("PATCHWORK_CONSOLE_HELP", TEXT, "whom an operator asks for help, as their pages say",
                 processes=(WEB, WORKER)),
        Variable("PATCHWORK_OPERATOR_API_HOST", HOST,
                 "where a console elsewhere reaches this deployment; empty where none does", processes=(WEB,)),
        Variable("PATCHWORK_HTTPS", FLAG, "whether browsers come by HTTPS; production always says yes",
                 default="0", processes=(WEB, WORKER)),
        Variable("PATCHWORK_BEHIND_PROXY", FLAG,
                 "whether a proxy of ours stands in front and overwrites X-Forwarded-Proto", default="0",
                 processes=(WEB,)),
        Variable("PATCHWORK_TRUSTED_PROXIES", NETWORKS,
                 "our own proxies, whose X-Forwarded-For is believed; none where it is empty", processes=(WEB,)),
        Variable("PATCHWORK_PUBLIC_PORT", number(1, 65535),
                 "the port in links of mails, where it is not the usual one", processes=(WEB, WORKER)),
    )),
    Group("This deployment and its console", (
        Variable("PATCHWORK_DEPLOYMENT_NAME", TEXT,
                 "the name under which the console knows this deployment: tokens for another are refused; empty for a"
                 " console without councils of its own",
                 default="this deployment", empty_is_none=True),
        Variable("PATCHWORK_REGION", SLUG, "the region this deployment stands in, as in uk or au", default="uk"),
        Variable("PATCHWORK_DEPLOYMENT_KIND", choice("shared", "dedicated"),
                 "whether several councils share this deployment", default="shared"),
        Variable("PATCHWORK_CONSOLE_KEY", TEXT,
                 "what a console signs with, as name:seed (an Ed25519 seed in base64); only a console has it",
                 processes=(WEB, WORKER), is_secret=True),
        Variable("PATCHWORK_CONSOLE_PUBLIC_KEYS", WORDS,
                 "the consoles this deployment obeys, as name:key, comma-separated (Ed25519 public keys in base64);"
                 " two while keys are changed", processes=(WEB,)),
    )),
    Group("Sign-in", (
        Variable("SESSION_IDLE_SECONDS", number(60, 86400), "a sign-in ends after so long without a page",
                 default="900", processes=(WEB,)),
        Variable("SESSION_WARN_SECONDS", number(10, 3600), "how long before that the page warns", default="120",
                 processes=(WEB,)),
        Variable("SESSION_ABSOLUTE_SECONDS", number(300, 86400), "a sign-in ends after so long in any case",
                 default="43200", processes=(WEB,)),
    )),
    Group("Watching it run", (
        Variable("PATCHWORK_LOG_LEVEL", choice("DEBUG", "INFO", "WARNING", "ERROR"),
                 "from which level on lines are logged", default="INFO"),
        Variable("PATCHWORK_SENTRY_DSN", address("https", "http", example="https://key@errors.example.org/1"),
                 "where scrubbed error reports go; none are sent where it is empty", is_secret=True),
        Variable("PATCHWORK_METRICS_HOST", HOST,
                 "the host name at which the web process tells its metrics at /metrics; nowhere where it is empty",
                 processes=(WEB,)),
        Variable("PATCHWORK_METRICS_TOKEN", secret(32),
                 "the token that who asks for metrics sends as `Authorization: Bearer`; needed with the host",
                 processes=(WEB, WORKER), is_secret=True),
        Variable("PATCHWORK_TALLY_SECONDS", number(0, 3600),
                 "how often a process writes down how many requests each council had, and how fast; 0 for never",
                 default="60", processes=(WEB,)),
        Variable("PATCHWORK_METRICS_FOLDER", FOLDER,
                 "a folder in memory that the processes of one machine share, so that metrics add up over all of them",
                 processes=(WEB, WORKER)),
    )),
)  # fmt: skip

TABLE: Final = tuple(variable for group in GROUPS for variable in group.variables)
BY_NAME: Final = {variable.name: variable for variable in TABLE}
