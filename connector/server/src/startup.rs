//! Where concrete types meet: the connector is put together, its listeners and workers started, and all of it stopped.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use jiff::{SignedDuration, Timestamp};
use symbolon_data_plane::client::{Client, Timeouts};
use symbolon_data_plane::tokens::TokenKey;
use symbolon_identity::access::AccessKey;
use symbolon_identity::credential::{SchemaOptions, Schemas, StatusLists, StatusOptions};
use symbolon_identity::did::{Resolver, ResolverOptions};
use symbolon_identity::fetch::Fetch;
use symbolon_identity::presentation::ScopeAliases;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::arrival;
use crate::authentication::openid::Provider;
use crate::authentication::passwords::{Passwords, Secret};
use crate::authentication::{Authentication, Tokens};
use crate::config::Config;
use crate::connector::{Connector, Errand, Identity, PolicyCache, Recent};
use crate::graph::Graph;
use crate::http_client::{self, Fetching, HttpClient, Own};
use crate::identity::did::OwnDocument;
use crate::keys::Keys;
use crate::operations::bdrs::Directories;
use crate::operations::catalogs::KeptCatalogs;
use crate::operations::dataspaces::Dataspaces;
use crate::operations::grants::Grants;
use crate::operations::issuing::status::Published;
use crate::operations::people;
use crate::operations::presenting::Presenting;
use crate::operations::transfers::Renewals;
use crate::operations::transfers::flows::Flows;
use crate::problem::{Kind, Problem};
use crate::storage::Db;
use crate::storage::messages::StoredMessage;
use crate::worker::crawler::{self, Crawler};
use crate::worker::monitor::{self, About, Monitor};
use crate::worker::projector::{self, Projector};
use crate::worker::push::{self, Pushing};
use crate::worker::recorder::Recorder;
use crate::worker::retention::{self, Retention};
use crate::worker::{history, issuance, outbox, webhooks};
use crate::{clock, data, dsp, identity, management};

pub use crate::keys::PASSPHRASE_VARIABLE;

/// Requests that are under way get this long to finish when the connector stops.
const DRAIN_SECONDS: u64 = 10;

/// Threads for operators: an answer that takes long to put together does not keep the others waiting.
const MANAGEMENT_WORKERS: usize = 2;

/// Runs the connector until SIGINT or SIGTERM. Prints a line that begins with `ready` when both listeners accept.
///
/// # Errors
/// When something that it needs cannot be had: a port, the keystore, the data directory.
pub async fn run(config: Config) -> Result<(), Problem> {
    run_until(config, std::future::pending()).await
}

/// As [`run`], and also stops when `stop` is done.
///
/// # Errors
/// As [`run`].
pub async fn run_until(config: Config, stop: impl Future<Output = ()>) -> Result<(), Problem> {
    let listeners = Listeners::bind(&config)?;
    let (connector, queues) = assemble(config).await?;
    let waiting = outbox::waiting(&connector.db).await?;
    let under_way = push::under_way(&connector.db).await?;
    let errands = issuance::under_way(&connector.db).await?;
    let left_over = waiting.len();
    tokio::spawn(outbox::run(Arc::clone(&connector), waiting, queues.messages));
    tokio::spawn(push::run(Arc::clone(&connector), under_way, queues.pushes));
    tokio::spawn(issuance::run(Arc::clone(&connector), errands, queues.errands));
    let stopping = CancellationToken::new();
    let webhooks = tokio::spawn(webhooks::run(Arc::clone(&connector), stopping.clone()));
    let monitor = tokio::spawn(monitor::run(Arc::clone(&connector), queues.stirred, stopping.clone()));
    let retention = tokio::spawn(retention::run(Arc::clone(&connector), stopping.clone()));
    let history = tokio::spawn(history::run(Arc::clone(&connector), stopping.clone()));
    let crawler = tokio::spawn(crawler::run(Arc::clone(&connector), stopping.clone()));
    let (public, operators) = listeners.serve(&connector, &stopping)?;
    let handles = [public.handle(), operators.handle()];
    let mut servers = tokio::spawn(async { tokio::try_join!(public, operators).map(|_| ()) });
    // Who has read that it is ready may tell it to stop.
    let signalled = signalled();
    let link = people::first_start(&connector).await.unwrap_or_else(|problem| {
        tracing::warn!(%problem, "no link for the first user was made");
        None
    });
    announce(&connector, left_over, link.as_ref());
    let outcome = tokio::select! {
        () = stop => Ok(()),
        () = signalled => Ok(()),
        served = &mut servers => served.map_err(Problem::internal).and_then(|s| s.map_err(Problem::internal)),
    };
    tracing::info!("stopping: requests under way are finished first");
    stopping.cancel();
    shut_down(&handles).await;
    drop(webhooks.await);
    drop(monitor.await);
    drop(retention.await);
    drop(history.await);
    drop(crawler.await);
    connector.recorder.flush().await;
    connector.db.close().await;
    tracing::info!("stopped");
    outcome
}

/// Rebuilds the graph from the database. The connector must not be running.
///
/// # Errors
/// When the data directory cannot be opened.
pub async fn reindex(config: &Config, progress: impl Fn(u64)) -> Result<u64, Problem> {
    let db = Db::open(&config.data_dir, config.storage.durability).await?;
    let graph = Graph::open(&config.data_dir.join("graph")).await?;
    let rebuilt = projector::reindex(&db, &graph, |at| progress(at.entries)).await?;
    db.close().await;
    Ok(rebuilt.entries)
}

/// What commits hand to the workers.
pub(crate) struct Queues {
    pub(crate) messages: UnboundedReceiver<StoredMessage>,
    pub(crate) pushes: UnboundedReceiver<String>,
    errands: UnboundedReceiver<Errand>,
    pub(crate) stirred: UnboundedReceiver<About>,
}

pub(crate) async fn assemble(config: Config) -> Result<(Arc<Connector>, Queues), Problem> {
    let unusable =
        |what: &str, detail: String| Problem::new(Kind::Unprocessable, "startup", format!("{what}: {detail}"));
    // Agreements, secrets of sources and received files: for this user only.
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.data_dir)
        .map_err(|e| unusable("data_dir", format!("{}: {e}", config.data_dir.display())))?;
    let started = clock::now();
    let db = Db::open(&config.data_dir, config.storage.durability).await?;
    let graph = Graph::open(&config.data_dir.join("graph")).await?;
    let dataspaces = Arc::new(Dataspaces::load(&db).await?);
    let client = http_client::guarded(&config.outgoing)?;
    let keys = Arc::new(Keys::open(&config.identity, started).await?);
    let published = Arc::new(Published::new(db.clone(), Arc::clone(&keys), &config));
    let identity = identity(&config, keys, client.clone(), &published);
    let authentication = Arc::new(authentication(&config, &identity, &dataspaces, started));
    let http = HttpClient::new(client, &config.outgoing, Arc::clone(&authentication));
    let sources = source_client(&config)?;
    let (outbox, messages) = unbounded_channel();
    let (pushes, started) = unbounded_channel();
    let (errands, taken_up) = unbounded_channel();
    let (monitor, stirred) = Monitor::new();
    let own = || identity.keys.current().did().to_owned();
    let participant = config.identity.participant.clone().unwrap_or_else(own);
    let connector = Arc::new(Connector {
        catalogs: KeptCatalogs::new(&participant),
        crawler: Crawler::default(),
        participant,
        tokens: TokenKey::new(identity.keys.current().token_secret().as_bytes()),
        recorder: Recorder::start(db.clone(), config.statistics.kept_days),
        projector: Projector::start(db.clone(), graph.clone()),
        outbox,
        delivering: outbox::Delivering::new(config.delivery.clone()),
        pushes,
        pushing: Pushing::default(),
        errands,
        monitor,
        retention: Retention::default(),
        published,
        grants: Grants::default(),
        flows: Flows::default(),
        renewals: Renewals::default(),
        policies: PolicyCache::default(),
        recent: Recent::default(),
        publishing: tokio::sync::Mutex::new(()),
        openid: config.management.oidc.clone().map(Provider::new).transpose()?,
        config,
        identity,
        dataspaces,
        directories: Directories::default(),
        authentication,
        passwords: Passwords::new()?,
        db,
        sources,
        graph,
        http,
    });
    Ok((connector, Queues { messages, pushes: started, errands: taken_up, stirred }))
}

/// Our keys, and what finds out about the identities of others.
fn identity(config: &Config, keys: Arc<Keys>, client: Client, published: &Arc<Published>) -> Identity {
    let settings = &config.identity;
    let document = Arc::new(OwnDocument::new(Arc::clone(&keys), config));
    must_be_found(config, &document);
    let timeout = Duration::from_secs(config.outgoing.request_timeout_s);
    let own = Own { document: Arc::clone(&document), lists: Arc::clone(published) };
    let fetch: Arc<dyn Fetch> = Arc::new(Fetching::new(client, timeout, Some(own)));
    let skew = SignedDuration::from_secs(i64::try_from(settings.clock_skew_s).unwrap_or_default());
    let ttl = Duration::from_secs(settings.status_cache_s);
    let resolving = ResolverOptions { plain_http: config.did_web_http(), ..ResolverOptions::default() };
    let mut aliases = ScopeAliases::default();
    aliases.types.extend(settings.type_scopes.iter().cloned());
    for switch in settings.compatibility.active() {
        let meaning = leniency(switch);
        tracing::warn!(switch, meaning, "COMPATIBILITY: partners are checked less strictly than DCP 1.0 demands");
    }
    if config.did_web_http() {
        tracing::warn!(
            "documents of did:web are fetched over plain HTTP: anybody on the way can replace a partner's keys"
        );
    }
    Identity {
        access: AccessKey::new(keys.current().token_secret()),
        resolver: Arc::new(Resolver::new(Arc::clone(&fetch), resolving)),
        statuses: StatusLists::new(Arc::clone(&fetch), StatusOptions { ttl, skew, ..StatusOptions::default() }),
        schemas: Schemas::new(Arc::clone(&fetch), SchemaOptions::default()),
        compatibility: settings.compatibility,
        presenting: Presenting::default(),
        fetch,
        aliases,
        skew,
        document,
        keys,
    }
}

/// What a compatibility switch means, in a sentence.
fn leniency(switch: &str) -> &'static str {
    match switch {
        "dids_without_relationships" => {
            "a DID document that says nothing of what its keys may do lets each do everything"
        }
        "presentation_context_without_at" => "a presentation may have context where @context belongs",
        "credential_format_vc1_0_jwt" => "VC1_0_JWT is read for vc11-sl2021/jwt, and written to who refuses that",
        "subject_is_credential_id" => "a credential's `sub` may be its own id instead of its subject",
        "credential_without_base_type" => "a credential may lack the type VerifiableCredential and its @context",
        _ => "see the documentation of the identity crate",
    }
}

/// A `did:web` is of no use where partners look for it and find nothing. A proxy may lead there in ways that cannot be seen
/// from here, so it is said and not refused.
fn must_be_found(config: &Config, document: &OwnDocument) {
    let ours = ["/.well-known/did.json", "/did.json"].map(|path| format!("{}{path}", config.public_url()));
    if let Some(address) = document.address().filter(|address| !ours.iter().any(|our| our == address)) {
        let public = config.public_url();
        tracing::warn!(
            address,
            public,
            "our DID document is looked for where public.url does not lead to this connector"
        );
    }
}

fn authentication(
    config: &Config,
    identity: &Identity,
    dataspaces: &Arc<Dataspaces>,
    started: Timestamp,
) -> Authentication {
    match &config.identity.participant {
        None => {
            let (resolver, dataspaces) = (Arc::clone(&identity.resolver), Arc::clone(dataspaces));
            Authentication::Did(Box::new(Tokens::new(config, &identity.keys, resolver, dataspaces, started)))
        }
        Some(participant) => {
            tracing::warn!(participant, "MOCK IDENTITY: partners prove nothing; for conformance kits on loopback only");
            Authentication::Mock { participant: participant.clone() }
        }
    }
}

fn source_client(config: &Config) -> Result<Client, Problem> {
    let timeouts = Timeouts {
        connect: Duration::from_secs(config.outgoing.connect_timeout_s),
        idle: Duration::from_secs(config.limits.request_seconds),
    };
    Client::new(config.sources.guard(), timeouts).map_err(Problem::internal)
}

/// Both ports, taken before anything else: a port that is in use is found out at once.
struct Listeners {
    public: TcpListener,
    operators: TcpListener,
}

impl Listeners {
    fn bind(config: &Config) -> Result<Self, Problem> {
        let bind = |address| {
            TcpListener::bind(address).map_err(|error| {
                Problem::new(Kind::Unprocessable, "startup.port", format!("cannot listen on {address}: {error}"))
                    .with_hint("another program uses the port, or the address is not one of this machine")
            })
        };
        Ok(Self { public: bind(config.public.bind)?, operators: bind(config.management.bind)? })
    }

    fn serve(self, connector: &Arc<Connector>, stopping: &CancellationToken) -> Result<(Server, Server), Problem> {
        let limits = &connector.config.limits;
        let (data, body_bytes) = (web::Data::from(Arc::clone(connector)), limits.body_bytes);
        let stop = web::Data::new(stopping.clone());
        let arrival = Duration::from_secs(limits.request_seconds);
        let config = connector.config.clone();
        let (public_data, public_stop) = (data.clone(), stop.clone());
        let public = HttpServer::new(move || {
            // A connection is driven by the thread that opened it: each worker thread has its own client.
            let sources = source_client(&config).map(web::Data::new);
            App::new()
                .wrap(from_fn(arrival::close_unread))
                .app_data(public_data.clone())
                .app_data(public_stop.clone())
                .app_data(web::PayloadConfig::new(body_bytes))
                .configure(|service| {
                    if let Ok(sources) = sources {
                        service.app_data(sources);
                    }
                })
                .configure(dsp::configure)
                .configure(data::configure)
                .configure(identity::configure)
                .configure(management::health::configure)
        })
        .client_request_timeout(arrival)
        .tcp_nodelay(true)
        .max_connections(limits.connections)
        .shutdown_timeout(DRAIN_SECONDS)
        .disable_signals()
        .listen(self.public)
        .map_err(Problem::internal)?
        .run();
        let operators = HttpServer::new(move || {
            App::new()
                .wrap(from_fn(arrival::close_unread))
                .app_data(data.clone())
                .app_data(stop.clone())
                .app_data(web::PayloadConfig::new(body_bytes))
                .configure(management::configure)
        })
        .client_request_timeout(arrival)
        .tcp_nodelay(true)
        .workers(MANAGEMENT_WORKERS)
        .shutdown_timeout(DRAIN_SECONDS)
        .disable_signals()
        .listen(self.operators)
        .map_err(Problem::internal)?
        .run();
        Ok((public, operators))
    }
}

fn announce(connector: &Connector, waiting: usize, link: Option<&Secret>) {
    let (public, operators) = (connector.config.public_url(), connector.config.management.bind);
    tracing::info!(participant = connector.participant, waiting, "started");
    let mut out = std::io::stdout().lock();
    let mut text = format!("ready: {} at {public}, management at http://{operators}\n", connector.participant);
    if let Some(link) = link {
        text.push_str(&format!("open: {}\n", link.expose()));
    }
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        tracing::debug!("nobody reads standard output");
    }
}

async fn shut_down(handles: &[ServerHandle]) {
    for handle in handles {
        handle.stop(true).await;
    }
}

/// Returns at SIGINT or SIGTERM. Both are heard from the call on, also before the future is awaited.
fn signalled() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let heard = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    async move {
        let [Ok(mut terminate), Ok(mut interrupt)] = heard else { return std::future::pending().await };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}
