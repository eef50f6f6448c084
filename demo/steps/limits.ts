import { findCondition } from '../../src/api/conditions.ts';
import { POLICIES } from '../../src/kube/resources.ts';
import { createPod, hitLimit, runs } from '../kubelet.ts';
import { POLICY } from '../sample.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

const NAMESPACE = 'web';
const POD = 'old-frontend';
const METRICS = /^registry_credentials_(image_pull_rate_limited_total|rate_limited_containers)\{.*\} [1-9]/;
/** The shortest that the API server allows; the default is 15m. */
const WINDOW = { spec: { rateLimit: { window: '10s' } } };
const MESSAGE = `jsonpath={.status.conditions[?(@.type=="RateLimited")].message}{"\\n"}`;

/** A pod that is older than the policy's entry. */
export const beforePolicy: Step = {
  title: 'a pod from before the policy: pods take the entry when they are created, and never later',
  run: async (stage) => {
    await createPod(stage, NAMESPACE, POD);
    return undefined;
  },
};

/** Docker Hub limits that pod, and does so no more. */
export const limits: readonly Step[] = [
  { title: 'Docker Hub limits a pull', run: limited },
  { title: 'the limit is over', run: over },
];

async function limited(stage: Stage): Promise<string> {
  await stage.act('patch', 'rcp', POLICY, '--type=merge', '-p', JSON.stringify(WINDOW));
  await hitLimit(stage, NAMESPACE, POD);
  await untilCondition(stage, 'True', 'AnonymousPullLimit', 'AdmittedBefore');
  await stage.show('get', 'rcp', POLICY);
  await stage.show('get', 'rcp', POLICY, '-o', MESSAGE);
  const series = await stage.until('the metrics show it', () => limitedSeries(stage));
  stage.note(`$ curl ${stage.operator.metricsUrl}/metrics`);
  for (const line of series) stage.note(line);
  return 'seen, and explained: the pod is older than the entry';
}

async function over(stage: Stage): Promise<string> {
  await runs(stage, NAMESPACE, POD);
  await untilCondition(stage, 'False', 'NoRecentFailures');
  await stage.show('get', 'rcp', POLICY);
  await stage.show(
    '-n',
    'default',
    'get',
    'events',
    '--field-selector=reason=RateLimitEnded',
    '-o',
    'custom-columns=REASON:.reason,MESSAGE:.message',
  );
  await stage.act('-n', NAMESPACE, 'delete', 'pod', POD);
  return 'the condition is False after a quiet window';
}

/** The Event comes before the pod's status, and so the condition before the cause: its message is to hold `words` too. */
async function untilCondition(stage: Stage, status: string, reason: string, words = ''): Promise<void> {
  await stage.until(`RateLimited=${status}, ${reason}${words && `, with ${words}`}`, async () => {
    const condition = await findLimit(stage);
    if (condition?.status !== status || condition.reason !== reason) return undefined;
    return condition.message.includes(words) || undefined;
  });
}

async function findLimit({ api }: Stage) {
  const { status } = await api.get(POLICIES, { name: POLICY });
  return findCondition(status?.conditions, 'RateLimited');
}

/** Both the count of failures and the gauge of waiting containers. */
async function limitedSeries({ operator }: Stage): Promise<readonly string[] | undefined> {
  const text = await (await fetch(`${operator.metricsUrl}/metrics`)).text();
  const series = text.split('\n').filter((line) => METRICS.test(line));
  return series.length === 2 ? series : undefined;
}
