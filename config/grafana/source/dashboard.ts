import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { credentials } from './credentials.ts';
import { limitedNow, limitedWhere } from './limits.ts';
import { operator } from './operator.ts';

const ROWS = [
  ['Are image pulls limited now?', limitedNow],
  ['Where, and as whom?', limitedWhere],
  ['Are the credentials everywhere, and how old are they?', credentials],
  ['Is the operator well?', operator],
] as const;

/** The dashboard, in the classic schema of Grafana 11, which later versions take as well. */
export function dashboard(): Dashboard {
  const builder = new DashboardBuilder('Registry credentials')
    .uid('registry-credentials')
    .description('Are image pulls limited, where, as whom; are the credentials everywhere; is the operator well.')
    .tags(['registry-credential-operator'])
    .readonly()
    .timezone('browser')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('1m')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'));
  for (const [title, panels] of ROWS) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels()) builder.withPanel(panel);
  }
  const built = builder.build();
  // Numbered, so that a link to one panel stays.
  return { ...built, panels: built.panels?.map((panel, index) => ({ ...panel, id: index + 1 })) ?? [] };
}
