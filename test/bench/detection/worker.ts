// One process of the benchmark: takes tasks, gives results.

import { runTask, type Task } from './plan.ts';

process.on('message', (task: Task) => {
  runTask(task, (result) => process.send!({ result }));
  process.send!({ ready: true });
});
process.send!({ ready: true });
