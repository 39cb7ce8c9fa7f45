"""Workers for `impasto batch` from a SLURM queue, while this program runs.

    python examples/slurm_cluster.py

It needs `pip install dask-jobqueue`. Change the numbers to those of your cluster; `processes` is the number of cores,
so that each worker has one thread. `--lifetime` ends workers before the queue does: what they are at goes on
elsewhere.
"""

from dask_jobqueue import SLURMCluster


def main() -> None:
    """Keep a scheduler and up to 100 jobs until Enter is pressed."""
    cluster = SLURMCluster(
        cores=16,
        processes=16,
        memory="32GB",
        walltime="12:00:00",
        job_script_prologue=["source ~/impasto/bin/activate", "export OMP_WAIT_POLICY=passive"],
        worker_extra_args=[
            *("--preload", "impasto.batch.process"),
            *("--lifetime", "11h", "--lifetime-stagger", "20m"),
        ],
        scheduler_options={"port": 8786, "dashboard_address": ":0"},
    )
    cluster.adapt(minimum_jobs=0, maximum_jobs=100)
    print(cluster.job_script())
    input(f"Now paint with --scheduler {cluster.scheduler_address}; Enter ends the workers.")
    cluster.close()


if __name__ == "__main__":
    main()
