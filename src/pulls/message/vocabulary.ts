/**
 * Words of kubelets, runtimes and registries on failed pulls, and of the languages around them: English, Go, HTTP, and hosts that
 * everybody knows. What stands here is nobody's name.
 */
const WORDS = `
a about accept access accessed account accounts action actual after again against ago all allow allowed along already also although an and
anonymous another answer any api app application are args artifacts as ask at attempt attempting attempts auth authenticate authenticated
authenticating authentication authority authorization authorize authorized auths available await awaiting awsdocs
back backend backoff bad bandwidth basic be bearer because been before beginning between billing block blob blobs body broken bucket build
burst but by byte bytes
cache call can cancel canceled cancelled cannot center certificate challenge character check checksum client close closed cluster cmd code com combined
command commit compute config configuration configured connect connecting connection connections consider consumer contact container containerd
content context convert copied copy copying corrupt could couldn crane create created creating credential credentials cri crio ctr current currently
daemon data date day days deadline deadlineexceeded debug decode default delay delete denied deny desc details device dial did digest directory
disabled disk do docker dockerd documentation documented does doesn doing domain don done down download downloaded downloading due during
each ecr either empty enabled encountered end endpoint enough entity eof errcode errimagepull error errors etc event events every exceed exceeded
exceeds except exec exist existing exists exit expected expired expires extract extracting extraction
fail failed failedprecondition failure fault feature fetch fetching few file files filesystem find first follow following for forbidden format
found free from full
gateway gave general get getting given go got gb grpc gzip
had handle handler handshake hap429 has have having head header headers help high hit host hosts hour hourly hours how html http https
httpreaderseeker httpreadseeker
id identity if image imagepullbackoff images in inappropriate include includes incomplete incorrect increase index information initialize
initializing insecure inspect instead insufficient internal interval into invalid invalidargument io ip is issue issued it its
json just
kb key keyring kind know known kubelet kubernetes
large larger last later latest layer layers length less level library like limit limited limiter limiting limits line link list load local location
log login long longer looking lookup lookups
mac machine main make malformed manifest manifests many match matches matching matrix max maximum may maybe mb media message method metadata metric
might minute minutes mirror mirrors misbehaving missing mode month ms more most moved much multiple must
name named namespace net network never new next no node non none not notfound null number
oauth oauth2 object of off oldest on once one only open opening operation option or order org organization origin other our out over overlayfs own
package page parse parsing part password patch path pause peer pending per period permission permissions permitted pinging pipe pkg plan
platform please pod policy pool port post precondition prepare present previous private privilege privileges probe problem process processing
project prompt protected protocol provide provided proxy public publish pull pulled pulling pulls push put
qps query quota quotas
range rate ratelimit ratelimitexceeded rates reach reached read readcloser reader readiness reading reads ready realm reason receive received recent
redirect reduce ref refer reference refresh refused region register registries registry registryunavailable reject rejected remote remove
repeated replace reply repo repositories repository request requested requester requests require required requires reset resolve resolved resolver
resolving resource resourceexhausted resources response restarting restricted result results retries retrieve retry retrying return returned returns
right robot root round route rpc
same sandbox save scheme scope seconds second secondary secret secrets secure security see seek seekable seem seems send sending sent server
servers service session set several sha256 sha384 sha512 short should show sign signature signaturevalidationfailed signed similar since size sku skus
slow snapshot snapshotter so socket some something soon source space spec specified stale start started state status statuscode step still stop
storage store stream string subscription succeed successful such support supported switch syntax system
tag tags take taken tar target tcp temporarily temporary terms than that the their them then there these they this those through throttle throttled
throttling tier tiers time timed timeout times title tls to today token tokens too toomanyrequests total track traffic transfer transient transport
tried try trying type types
unable unauthenticated unauthorized unavailable uncompressed under understand unexpected unknown unlimited unpack unreachable unsupported until up
update upgrade upgrading upload upstream uri url usage use used user username users using
v1 v2 v3 valid validate validation value verification verified verify version very via view visit volume
wait waiting want warning was we week were what when where whether which while who will with within without would write writing wrong wrote www
x x509 yet you your zstd
acr aka amazonaws artifactregistry aws azure azurecr bitbucket cdn cgr chainguard cloudflare cloudfront ecr gcr ghcr github gitlab goharbor google googleapis
googlecloud harbor icr jfrog k8s mcr microsoft nvcr nvidia oci production quay redhat s3 sigstore
`;

export const VOCABULARY: ReadonlySet<string> = new Set(WORDS.split('\n').flatMap((line) => line.split(' ')));
